import { maskCredentialsOfAws } from "../settings/secrets";

type Client = {
  readonly config: {
    readonly credentials: () => Promise<{ readonly secretAccessKey: string; readonly sessionToken?: string }>;
  };
};

/**
 * Sends an SDK call. Before that, it has every text of this run mask the credentials that the SDK found, in a file or
 * elsewhere: an answer may repeat them. The SDK caches them, so it doesn't search twice.
 */
export async function sendMasked<T>({ config }: Client, send: () => Promise<T>): Promise<T> {
  maskCredentialsOfAws(await config.credentials());
  return send();
}
