import { maskCredentialsOfAws } from "../settings/secrets";

type Client = {
  readonly config: {
    readonly credentials: () => Promise<{ readonly secretAccessKey: string; readonly sessionToken?: string }>;
  };
};

/**
 * Sends an SDK call. Before that, makes every text of this run mask the credentials that the SDK has found, since an answer
 * may repeat them. The SDK caches them, so it searches only once.
 */
export async function sendMasked<T>({ config }: Client, send: () => Promise<T>): Promise<T> {
  maskCredentialsOfAws(await config.credentials());
  return send();
}
