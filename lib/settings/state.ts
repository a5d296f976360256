import * as v from "valibot";

import { type SafeText, text } from "../text/safe-text";
import type { CrossCheck } from "./parse-variables";
import { region, shown } from "./schemas";

/** Where Terraform keeps its state. */
export type StateSettings =
  | { readonly kind: "local" }
  | { readonly kind: "s3"; readonly bucket: string; readonly key: string; readonly region: string }
  | {
      readonly kind: "azure";
      readonly storageAccount: string;
      readonly resourceGroup: string;
      readonly container: string;
      readonly key: string;
    };

type RemoteState = Exclude<StateSettings, { readonly kind: "local" }>;

/** What the state's own variables may leave out. */
type Surroundings = { readonly stackName: string; readonly region: string };

// Terraform evaluates nothing in a backend, so escaping would be taken literally.
const noTemplate = v.regex(/^(?!.*[$%]\{)/, "must not hold ${ or %{, which Terraform takes for a template");
const named = (pattern: RegExp, message: string) =>
  v.optional(v.pipe(v.string(), noTemplate, v.regex(pattern, shown(message))));

// What S3, Azure Storage and Terraform's backends take, as far as it can be told from other things without knowing more.
const NAMES = {
  TF_STATE_S3_BUCKET: named(/^[\w.-]{1,255}$/, "must be a bucket's name alone, without s3://"),
  TF_STATE_S3_KEY: named(/^[^/](.*[^/])?$/, "must not begin or end with a slash"),
  TF_STATE_S3_REGION: v.optional(region),
  TF_STATE_AZURE_STORAGE_ACCOUNT: named(/^[a-z\d]{1,24}$/, "must be a storage account's name alone, without https://"),
  TF_STATE_AZURE_RESOURCE_GROUP: named(/^[\p{L}\p{N}_.()-]{1,90}$/u, "must be a resource group's name alone"),
  TF_STATE_AZURE_CONTAINER: named(/^[$a-z\d-]{1,63}$/, "must be a container's name alone"),
};

/** A backend for the state: the variable that chooses it, those that it also needs, and those that it may have. */
type Backend = {
  readonly chosenBy: string;
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  /** `read` gives a variable that the backend needs; for others `undefined` when it is not set. */
  readonly settings: (read: Reader, surroundings: Surroundings) => RemoteState;
};

type Reader = { readonly needed: (name: string) => string; readonly optional: (name: string) => string | undefined };

const KINDS = [
  {
    chosenBy: "TF_STATE_S3_BUCKET",
    needs: [],
    takes: ["TF_STATE_S3_KEY", "TF_STATE_S3_REGION"],
    settings: ({ needed, optional }, { stackName, region }) => ({
      kind: "s3",
      bucket: needed("TF_STATE_S3_BUCKET"),
      key: optional("TF_STATE_S3_KEY") ?? `${stackName}/terraform.tfstate`,
      region: optional("TF_STATE_S3_REGION") ?? region,
    }),
  },
  {
    chosenBy: "TF_STATE_AZURE_STORAGE_ACCOUNT",
    needs: ["TF_STATE_AZURE_RESOURCE_GROUP", "TF_STATE_AZURE_CONTAINER"],
    takes: ["TF_STATE_AZURE_KEY"],
    settings: ({ needed, optional }, { stackName }) => ({
      kind: "azure",
      storageAccount: needed("TF_STATE_AZURE_STORAGE_ACCOUNT"),
      resourceGroup: needed("TF_STATE_AZURE_RESOURCE_GROUP"),
      container: needed("TF_STATE_AZURE_CONTAINER"),
      key: optional("TF_STATE_AZURE_KEY") ?? `${stackName}.tfstate`,
    }),
  },
] as const satisfies readonly Backend[];

const BACKENDS: readonly Backend[] = KINDS;

/** The variables that choose a remote backend. */
export const REMOTE_STATE_VARIABLES: readonly string[] = BACKENDS.map(({ chosenBy }) => chosenBy);

export const stateVariables = {
  ...v.entriesFromList(
    KINDS.flatMap(({ chosenBy, needs, takes }) => [chosenBy, ...needs, ...takes]),
    v.optional(v.pipe(v.string(), noTemplate)),
  ),
  ...NAMES,
};

type Variables = v.InferOutput<v.ObjectSchema<typeof stateVariables, undefined>>;

export function stateSettings(variables: Variables, surroundings: Surroundings): StateSettings {
  const values = new Map<string, unknown>(Object.entries(variables));
  const optional = (name: string) => {
    const value = values.get(name);
    return typeof value === "string" ? value : undefined;
  };
  const needed = (name: string) => {
    const value = optional(name);
    if (value === undefined) throw new Error(`${name} has been checked to be set`);
    return value;
  };
  const backend = BACKENDS.find(({ chosenBy }) => optional(chosenBy) !== undefined);
  return backend?.settings({ needed, optional }, surroundings) ?? { kind: "local" };
}

/** One backend at most, and that whole. */
export const checkState: CrossCheck = (given) => {
  const isGiven = (name: string) => given[name] !== undefined;
  const alone = BACKENDS.filter(({ chosenBy }) => !isGiven(chosenBy)).flatMap(({ chosenBy, needs, takes }) =>
    whatNeeds([...needs, ...takes].filter(isGiven), [chosenBy]),
  );
  const chosen = BACKENDS.filter(({ chosenBy }) => isGiven(chosenBy));
  const twice =
    chosen.length > 1
      ? [text`${list(chosen.map(({ chosenBy }) => chosenBy))} are both set, but the state has one place.`]
      : [];
  const partial = chosen.flatMap(({ chosenBy, needs }) =>
    whatNeeds([chosenBy], needs.some((name) => !isGiven(name)) ? needs : []),
  );
  return [...alone, ...twice, ...partial];
};

function whatNeeds(names: readonly string[], needed: readonly string[]): readonly SafeText[] {
  if (names.length === 0 || needed.length === 0) return [];
  const isOne = names.length === 1;
  return [text`${list(names)} ${isOne ? "needs" : "need"} ${list(needed)} beside ${isOne ? "it" : "them"}.`];
}

function list(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" and ");
}
