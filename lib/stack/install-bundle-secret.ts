import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import { type TerraformStack, TerraformVariable } from "cdktf";

import { bundleVersion } from "../bundle-format";
import { defined } from "../defined";
import { ProofError } from "../errors";
import type { ProtectedTask } from "../protection/protected-task";
import { text } from "../text/safe-text";
import type { Secret } from "../text/secret";
import { BUNDLE_CONDITION, ids, resourceNames, SECRET_ARN, TERRAFORM_BUNDLE_VARIABLE } from "./names";
import type { StackProps } from "./stack-base";

/**
 * Returns the secret that the sidecars read their install bundle from: the user's own, or a new one of the stack, whose
 * value Terraform gets through an ephemeral variable and stores in neither plan nor state.
 */
export function installBundleSecret(stack: TerraformStack, props: StackProps) {
  // With the JSON key, if the user named one.
  const existing = props.installBundleSecretArn;
  if (existing) return { valueFrom: existing, readyWhen: [] };

  const { bundleSecretPrefix } = resourceNames(props.name);
  const variable = new TerraformVariable(stack, TERRAFORM_BUNDLE_VARIABLE, {
    type: "string",
    description: "The Defender's install bundle, in neither plan nor state",
    sensitive: true,
  });
  variable.addOverride("ephemeral", true);
  // Another text, such as npm's own lines, would be stored for good: the version below stays the proven bundle's.
  variable.addValidation({
    condition: `\${${BUNDLE_CONDITION}}`,
    errorMessage: "This is not an install bundle (base64 of JSON). Fetch it with: npm run --silent install-bundle",
  });
  const secret = new SecretsmanagerSecret(
    stack,
    ids.secret,
    defined({
      // An update without a key leaves the old key in Secrets Manager. Another prefix makes it a new secret.
      namePrefix: `${bundleSecretPrefix}${props.installBundleKmsKeyArn ? "encrypted-" : ""}`,
      description: "The Prisma Cloud Defender's install bundle",
      kmsKeyId: props.installBundleKmsKeyArn,
      // The Console returns the value again at any time, so no recovery is needed.
      recoveryWindowInDays: 0,
    }),
  );
  const version = new SecretsmanagerSecretVersion(stack, ids.secretVersion, {
    secretId: secret.id,
    secretStringWo: variable.stringValue,
    secretStringWoVersion: bundleVersion(theBundle(props.tasks)),
  });
  // Not CDKTF's token: CDKTF puts no "${…}" around it in a text that holds an open "${" before it.
  return { valueFrom: `\${${SECRET_ARN}}`, readyWhen: [version] };
}

/**
 * Returns the install bundle that all tasks share.
 *
 * @throws ProofError when the Console gave different ones, since one secret can't hold them.
 */
export function theBundle(tasks: readonly ProtectedTask[]): Secret {
  const [first, ...others] = tasks;
  if (!first) throw new Error("a stack has at least one task");
  const other = others.find((task) => task.installBundle.reveal() !== first.installBundle.reveal());
  if (other) {
    throw new ProofError([
      text`The Console gave different install bundles for ${first.family} and ${other.family}, but the stack keeps one secret. Set INSTALL_BUNDLE_SECRET_ARN.`,
    ]);
  }
  return first.installBundle;
}
