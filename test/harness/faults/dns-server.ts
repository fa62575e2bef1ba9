import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  streamDecode,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet';

/** What a host's TXT query is answered with; chunks of a record are an array of their own. */
export type TxtAnswer = (string | string[])[] | 'SERVFAIL' | 'NXDOMAIN' | 'silence';

const RCODES = { SERVFAIL: 2, NXDOMAIN: 3 } as const;
const UDP_BYTES = 512;

/** A DNS server on UDP and TCP; hosts that it was told nothing about do not exist. */
export interface DnsServer {
  /** As DNS_SERVERS has it. */
  address: string;
  /** The hosts of all TXT queries so far, in order; `transport` tells them apart. */
  questions(transport?: 'udp' | 'tcp'): string[];
  answer(host: string, answer: TxtAnswer): void;
  /** Resolves with the next question about the host. */
  asked(host: string): Promise<void>;
  /** Keeps answers back until the returned function is called. */
  hold(): () => void;
  close(): Promise<void>;
}

export async function startDnsServer(): Promise<DnsServer> {
  const answers = new Map<string, TxtAnswer>();
  const questions: { host: string; transport: 'udp' | 'tcp' }[] = [];
  const events = new EventEmitter();
  let released: Promise<void> = Promise.resolve();

  const respond = async (query: Packet, transport: 'udp' | 'tcp'): Promise<Packet | undefined> => {
    const host = query.questions?.[0]?.name.toLowerCase() ?? '';
    questions.push({ host, transport });
    events.emit(host);
    const answer = answers.get(host) ?? 'NXDOMAIN';
    await released;
    if (answer === 'silence') return undefined;
    const packet: Packet = { type: 'response', id: query.id ?? 0, questions: query.questions ?? [] };
    if (typeof answer === 'string') return { ...packet, flags: AUTHORITATIVE_ANSWER | RCODES[answer] };
    const records = answer.map((data) => ({ type: 'TXT' as const, name: host, ttl: 0, data }));
    return { ...packet, flags: AUTHORITATIVE_ANSWER, answers: records };
  };

  const udp = createSocket('udp4');
  udp.on('message', (message, peer) => {
    void respond(decode(message), 'udp').then((packet) => {
      if (!packet) return;
      const whole = encode(packet);
      const short = { ...packet, answers: [], flags: (packet.flags ?? 0) | TRUNCATED_RESPONSE };
      udp.send(whole.length > UDP_BYTES ? encode(short) : whole, peer.port, peer.address);
    });
  });
  const tcp = createServer((socket: Socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < received.readUInt16BE(0) + 2) return;
      const query = streamDecode(received);
      received = Buffer.alloc(0);
      void respond(query, 'tcp').then((packet) => packet && socket.write(streamEncode(packet)));
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');

  return {
    address: `127.0.0.1:${String(port)}`,
    questions: (transport) =>
      questions
        .filter((question) => transport === undefined || question.transport === transport)
        .map(({ host }) => host),
    answer: (host, answer) => void answers.set(host, answer),
    asked: async (host) => {
      await once(events, host);
    },
    hold: () => {
      let release = (): void => undefined;
      released = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
    close: async () => {
      tcp.close();
      await new Promise<void>((resolve) => udp.close(() => resolve()));
    },
  };
}
