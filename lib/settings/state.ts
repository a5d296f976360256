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

/** Defaults for the state's own variables. */
type Defaults = { readonly stackName: string; readonly region: string };

// Terraform evaluates nothing in a backend, so escaping would be taken literally.
const noTemplate = v.regex(/^(?!.*[$%]\{)/, "must not hold ${ or %{, which begin a Terraform template");
const named = (pattern: RegExp, message: string) =>
  v.optional(v.pipe(v.string(), noTemplate, v.regex(pattern, shown(message))));

// The variables of each backend by their role. The patterns accept what S3, Azure Storage and Terraform's backends accept,
// as far as a value alone shows it.
const S3 = {
  chosenBy: { TF_STATE_S3_BUCKET: named(/^[\w.-]{1,255}$/, "must be only a bucket's name, without s3://") },
  needs: {},
  takes: {
    TF_STATE_S3_KEY: named(/^[^/](.*[^/])?$/, "must not begin or end with a slash"),
    TF_STATE_S3_REGION: v.optional(region),
  },
};

const AZURE = {
  chosenBy: {
    TF_STATE_AZURE_STORAGE_ACCOUNT: named(/^[a-z\d]{1,24}$/, "must be only a storage account's name, without https://"),
  },
  needs: {
    TF_STATE_AZURE_RESOURCE_GROUP: named(/^[\p{L}\p{N}_.()-]{1,90}$/u, "must be only a resource group's name"),
    TF_STATE_AZURE_CONTAINER: named(/^[$a-z\d-]{1,63}$/, "must be only a container's name"),
  },
  takes: { TF_STATE_AZURE_KEY: v.optional(v.pipe(v.string(), noTemplate)) },
};

export const stateVariables = {
  ...S3.chosenBy,
  ...S3.takes,
  ...AZURE.chosenBy,
  ...AZURE.needs,
  ...AZURE.takes,
};

type Variables = v.InferOutput<v.ObjectSchema<typeof stateVariables, undefined>>;

export function stateSettings(variables: Variables, { stackName, region }: Defaults): StateSettings {
  const {
    TF_STATE_S3_BUCKET: bucket,
    TF_STATE_AZURE_STORAGE_ACCOUNT: storageAccount,
    TF_STATE_AZURE_RESOURCE_GROUP: resourceGroup,
    TF_STATE_AZURE_CONTAINER: container,
  } = variables;
  if (bucket !== undefined) {
    const { TF_STATE_S3_KEY: key = `${stackName}/terraform.tfstate`, TF_STATE_S3_REGION } = variables;
    return { kind: "s3", bucket, key, region: TF_STATE_S3_REGION ?? region };
  }
  if (storageAccount === undefined) return { kind: "local" };
  if (resourceGroup === undefined || container === undefined) throw new Error("checkStateBackend has refused this");
  const { TF_STATE_AZURE_KEY: key = `${stackName}.tfstate` } = variables;
  return { kind: "azure", storageAccount, resourceGroup, container, key };
}

const BACKENDS = [S3, AZURE].map(({ chosenBy, needs, takes }) => ({
  chosenBy: Object.keys(chosenBy),
  needs: Object.keys(needs),
  takes: Object.keys(takes),
}));

/** The variables that choose a remote backend. */
export const REMOTE_STATE_VARIABLES: readonly string[] = BACKENDS.flatMap(({ chosenBy }) => chosenBy);

/** Allows one backend at most, with all that it needs. */
export const checkStateBackend: CrossCheck = (given) => {
  const isGiven = (name: string) => given[name] !== undefined;
  const isChosen = ({ chosenBy }: (typeof BACKENDS)[number]) => chosenBy.some(isGiven);
  const alone = BACKENDS.filter((backend) => !isChosen(backend)).flatMap(({ chosenBy, needs, takes }) =>
    whatNeeds([...needs, ...takes].filter(isGiven), chosenBy),
  );
  const chosen = BACKENDS.filter(isChosen);
  const twice =
    chosen.length > 1 ? [text`${list(chosen.flatMap(({ chosenBy }) => chosenBy))} are both set. Remove one.`] : [];
  const partial = chosen.flatMap(({ chosenBy, needs }) => whatNeeds(chosenBy, needs.every(isGiven) ? [] : needs));
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
