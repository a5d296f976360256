import { type Emulator, REGION } from "./emulator";

const BUCKET_CONFIGURATION = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`;

/** Needed since the emulator has one host for all buckets. */
export const PATH_STYLE = { TF_CLI_ARGS_init: "-backend-config=use_path_style=true" };

export async function createBucket(emulator: Emulator, name: string): Promise<void> {
  await ask(emulator, "PUT", name, BUCKET_CONFIGURATION);
}

/** @param path `bucket/key` */
export async function readObject(emulator: Emulator, path: string): Promise<string> {
  return await ask(emulator, "GET", path);
}

async function ask(emulator: Emulator, method: string, path: string, body?: string): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(`${emulator.url}/${path}`, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
}
