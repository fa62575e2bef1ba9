const REFRESH_MS = 4 * 60_000;

type Credentials = {
  options: PublicKeyCredentialRequestOptionsJSON & PublicKeyCredentialCreationOptionsJSON;
  token: string;
};

/** Shows the forms that answer with a passkey, where the browser can. The page has the words of every state. */
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-island="passkey"]')) {
  const creates = form.dataset['creates'] !== undefined;
  const isPossible =
    'PublicKeyCredential' in window &&
    typeof PublicKeyCredential[creates ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'] ===
      'function' &&
    'toJSON' in PublicKeyCredential.prototype;
  if (!isPossible) continue;
  const button = form.querySelector('button');
  /** The ticks of the page that go with the form. */
  const ticks = [...document.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')].filter(
    ({ name }) => form.querySelector(`input[type="hidden"][name="${name}"]`),
  );
  let running = new AbortController();

  const ask = async (mediation?: 'conditional'): Promise<void> => {
    running.abort();
    const { signal } = (running = new AbortController());
    const response = await fetch(form.dataset['options'] ?? '', { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`the options were answered with ${String(response.status)}`);
    const { options, token } = (await response.json()) as Credentials;
    const credential = creates
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
          signal,
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
          signal,
          ...(mediation && { mediation }),
        });
    if (signal.aborted) return;
    const fields: Record<string, string> = {
      credential: JSON.stringify((credential as PublicKeyCredential).toJSON()),
      token,
    };
    for (const tick of ticks) fields[tick.name] = tick.checked ? tick.value : '';
    for (const [name, value] of Object.entries(fields))
      form.querySelector(`input[name="${name}"]`)?.setAttribute('value', value);
    form.submit();
  };

  const say = (state: string | undefined) => {
    for (const words of form.querySelectorAll<HTMLElement>('[data-state]'))
      words.hidden = words.dataset['state'] !== state;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    say(undefined);
    if (!ticks.every((tick) => tick.reportValidity())) return;
    if (button) button.disabled = true;
    ask()
      .catch((error: unknown) =>
        say(error instanceof DOMException && error.name === 'InvalidStateError' ? 'known' : 'failed'),
      )
      .finally(() => {
        if (button) button.disabled = false;
      });
  });

  /** The browser offers passkeys in the address field. Challenges are renewed before they expire. */
  const offer = async (): Promise<void> => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const renew = () => void ask('conditional').catch(() => undefined);
    renew();
    setInterval(() => button?.disabled || renew(), REFRESH_MS);
  };
  const { domain = '', unknown } = form.dataset;
  if (unknown !== undefined && 'signalUnknownCredential' in PublicKeyCredential)
    PublicKeyCredential.signalUnknownCredential({ rpId: domain, credentialId: unknown }).catch(
      () => undefined,
    );
  if (form.dataset['conditional'] !== undefined) void offer();
  form.hidden = false;
  document.getElementById(form.dataset['demotes'] ?? '')?.classList.remove('primary');
}
