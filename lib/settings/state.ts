import * as v from "valibot";

import { joinWords } from "../join-words";
import { text } from "../text/safe-text";
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

/** Where Terraform keeps its state: the name of the backend, and its arguments as CDKTF spells them. */
export type StateSettings = ReturnType<typeof stateSettings>;

export function stateSettings(variables: Parsed<typeof stateVariables>, { stackName, region }: Defaults) {
  const {
    TF_STATE_S3_BUCKET: bucket,
    TF_STATE_AZURE_STORAGE_ACCOUNT: storageAccountName,
    TF_STATE_AZURE_RESOURCE_GROUP: resourceGroupName,
    TF_STATE_AZURE_CONTAINER: containerName,
  } = variables;
  if (bucket !== undefined) {
    const { TF_STATE_S3_KEY: key = `${stackName}/terraform.tfstate`, TF_STATE_S3_REGION } = variables;
    return { kind: "s3", config: { bucket, key, region: TF_STATE_S3_REGION ?? region } } as const;
  }
  if (storageAccountName === undefined) return { kind: "local" } as const;
  if (!resourceGroupName || !containerName) throw new Error("checkStateBackend has refused this");
  const { TF_STATE_AZURE_KEY: key = `${stackName}.tfstate` } = variables;
  return { kind: "azurerm", config: { storageAccountName, resourceGroupName, containerName, key } } as const;
}

/** The variables of each remote backend; the first of those that it needs chooses it. */
const BACKENDS: Readonly<Record<Exclude<StateSettings["kind"], "local">, Backend>> = {
  s3: { needs: ["TF_STATE_S3_BUCKET"], takes: ["TF_STATE_S3_KEY", "TF_STATE_S3_REGION"] },
  azurerm: {
    needs: ["TF_STATE_AZURE_STORAGE_ACCOUNT", "TF_STATE_AZURE_RESOURCE_GROUP", "TF_STATE_AZURE_CONTAINER"],
    takes: ["TF_STATE_AZURE_KEY"],
  },
};

type Backend = { readonly needs: readonly [string, ...string[]]; readonly takes: readonly string[] };

/** Backends that keep the state outside this machine. */
export const REMOTE_BACKENDS: readonly string[] = Object.keys(BACKENDS);

/** The variables that choose a remote backend. */
export const REMOTE_STATE_VARIABLES: readonly string[] = Object.values(BACKENDS).map(({ needs }) => needs[0]);

/** Allows one backend at most, with all that it needs. */
export const checkStateBackend: CrossCheck = (given) => {
  const isGiven = (name: string) => given[name] !== undefined;
  const partial = Object.values(BACKENDS).flatMap(({ needs, takes }) => {
    const present = [...needs, ...takes].filter(isGiven);
    const missing = needs.filter((name) => !isGiven(name));
    if (present.length === 0 || missing.length === 0) return [];
    return [text`${joinWords(present, "and")}: set ${joinWords(missing, "and")} as well.`];
  });
  const chosen = REMOTE_STATE_VARIABLES.filter(isGiven);
  const several = chosen.length > 1 ? [text`${joinWords(chosen, "and")} exclude each other. Keep one.`] : [];
  return [...several, ...partial];
};
