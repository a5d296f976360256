import { maskCredentialsOfAws } from "../settings/secrets";

type Client = {
  readonly config: {
    readonly credentials: () => Promise<{ readonly secretAccessKey: string; readonly sessionToken?: string }>;
  };
};

/**
 * Sends a call of the SDK. Before, every text of this run is masked of the credentials that the SDK has found, in a file
 * or elsewhere: an answer may repeat them. The SDK remembers them, so that it searches no second time.
 */
export async function sendMasked<T>({ config }: Client, send: () => Promise<T>): Promise<T> {
  maskCredentialsOfAws(await config.credentials());
  return send();
}
