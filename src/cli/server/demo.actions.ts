import { demoPerson, headlessDemo } from '../../demo/headless.js';
import { DemoRegistration } from '../../demo/registration.js';
import { discover, relyingParty } from '../../demo/relying-party.js';
import { listen } from '../../platform/http/server.js';
import { withContext } from '../context/with-context.js';

/** `headless` does every step without a browser; `port` is where the relying party listens otherwise. */
export interface DemoOptions {
  headless?: boolean;
  port: string;
}

/** `postern demo` */
export async function runDemo({ headless, port }: DemoOptions): Promise<void> {
  await withContext(async (context) => {
    const print = (line: string) => void process.stdout.write(`${line}\n`);
    if (headless) {
      await headlessDemo(context, print);
      return;
    }
    const origin = `http://localhost:${port}`;
    const registration = await DemoRegistration.open(context, () => undefined);
    const { email, password } = await demoPerson(context);
    const client = await registration.register(origin);
    try {
      const app = relyingParty(await discover(context.settings.issuer, client), origin);
      const listener = await listen(app, '127.0.0.1', Number(port));
      print(
        `\nOpen ${origin} and sign in as\n\n  e-mail    ${email}\n  password  ${password}\n\nCtrl-C ends the demo.`,
      );
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      await listener.close(1);
    } finally {
      await registration.remove(client);
    }
  });
}
