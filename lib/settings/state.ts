import * as v from "valibot";

import { joinWords } from "../join-words";
import { type SafeText, text } from "../text/safe-text";
import type { CrossCheck, Parsed } from "./parse-variables";
import { region, shown } from "./schemas";

/** Defaults for the state's own variables. */
type Defaults = { readonly stackName: string; readonly region: string };

// Terraform evaluates nothing in a backend, so escaping would be taken literally.
const noTemplate = v.regex(/^(?!.*[$%]\{)/, "must not hold ${ or %{, which begin a Terraform template");
const named = (pattern: RegExp, message: string) =>
  v.optional(v.pipe(v.string(), noTemplate, v.regex(pattern, shown(message))));

// The patterns accept what S3, Azure Storage and Terraform's backends accept, as far as a value alone shows it.
export const stateVariables = {
  TF_STATE_S3_BUCKET: named(/^[\w.-]{1,255}$/, "must be only a bucket's name, without s3://"),
  TF_STATE_S3_KEY: named(/^[^/](.*[^/])?$/, "must not begin or end with a slash"),
  TF_STATE_S3_REGION: v.optional(region),
  TF_STATE_AZURE_STORAGE_ACCOUNT: named(/^[a-z\d]{1,24}$/, "must be only a storage account's name, without https://"),
  TF_STATE_AZURE_RESOURCE_GROUP: named(/^[\p{L}\p{N}_.()-]{1,90}$/u, "must be only a resource group's name"),
  TF_STATE_AZURE_CONTAINER: named(/^[$a-z\d-]{1,63}$/, "must be only a container's name"),
  TF_STATE_AZURE_KEY: v.optional(v.pipe(v.string(), noTemplate)),
};

/** Where Terraform keeps its state; `kind` is the name of the backend. */
export type StateSettings = ReturnType<typeof stateSettings>;

export function stateSettings(variables: Parsed<typeof stateVariables>, { stackName, region }: Defaults) {
  const {
    TF_STATE_S3_BUCKET: bucket,
    TF_STATE_AZURE_STORAGE_ACCOUNT: storageAccount,
    TF_STATE_AZURE_RESOURCE_GROUP: resourceGroup,
    TF_STATE_AZURE_CONTAINER: container,
  } = variables;
  if (bucket !== undefined) {
    const { TF_STATE_S3_KEY: key = `${stackName}/terraform.tfstate`, TF_STATE_S3_REGION } = variables;
    return { kind: "s3", bucket, key, region: TF_STATE_S3_REGION ?? region } as const;
  }
  if (storageAccount === undefined) return { kind: "local" } as const;
  if (resourceGroup === undefined || container === undefined) throw new Error("checkStateBackend has refused this");
  const { TF_STATE_AZURE_KEY: key = `${stackName}.tfstate` } = variables;
  return { kind: "azurerm", storageAccount, resourceGroup, container, key } as const;
}

/** The names of the variables of each remote backend. */
const BACKENDS: Readonly<Record<Exclude<StateSettings["kind"], "local">, Backend>> = {
  s3: { chosenBy: "TF_STATE_S3_BUCKET", needs: [], takes: ["TF_STATE_S3_KEY", "TF_STATE_S3_REGION"] },
  azurerm: {
    chosenBy: "TF_STATE_AZURE_STORAGE_ACCOUNT",
    needs: ["TF_STATE_AZURE_RESOURCE_GROUP", "TF_STATE_AZURE_CONTAINER"],
    takes: ["TF_STATE_AZURE_KEY"],
  },
};

type Backend = { readonly chosenBy: string; readonly needs: readonly string[]; readonly takes: readonly string[] };

/** Backends that keep the state outside this machine. */
export const REMOTE_BACKENDS: readonly string[] = Object.keys(BACKENDS);

/** The variables that choose a remote backend. */
export const REMOTE_STATE_VARIABLES: readonly string[] = Object.values(BACKENDS).map(({ chosenBy }) => chosenBy);

/** Allows one backend at most, with all that it needs. */
export const checkStateBackend: CrossCheck = (given) => {
  const isGiven = (name: string) => given[name] !== undefined;
  const backends = Object.values(BACKENDS);
  const chosen = backends.filter(({ chosenBy }) => isGiven(chosenBy));
  const alone = backends
    .filter((backend) => !chosen.includes(backend))
    .flatMap(({ chosenBy, needs, takes }) => whatNeeds([...needs, ...takes].filter(isGiven), [chosenBy]));
  const names = chosen.map(({ chosenBy }) => chosenBy);
  const several = names.length > 1 ? [text`${joinWords(names, "and")} exclude each other. Keep one.`] : [];
  const partial = chosen.flatMap(({ chosenBy, needs }) => (needs.every(isGiven) ? [] : whatNeeds([chosenBy], needs)));
  return [...alone, ...several, ...partial];
};

function whatNeeds(names: readonly string[], needed: readonly string[]): readonly SafeText[] {
  if (names.length === 0) return [];
  const isOne = names.length === 1;
  return [text`${joinWords(names, "and")} ${isOne ? "needs" : "need"} ${joinWords(needed, "and")} to be set as well.`];
}
