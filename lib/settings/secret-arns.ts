import * as v from "valibot";

import { text } from "../text/safe-text";
import { commaSeparated, KMS_KEY_ARN } from "./schemas";

const SECRET = /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+\*?$/;
const PARAMETER = /^arn:aws[\w-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w./-]+\*?$/;

/** ARNs of secrets, of parameters, and of the keys that encrypt them, with commas between. Not shown, as a value may be a secret. */
export const secretArns = v.pipe(
  commaSeparated,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [index, arn] of dataset.value.entries()) {
      if ([SECRET, PARAMETER, KMS_KEY_ARN].some((pattern) => pattern.test(arn))) continue;
      const message = text`must hold ARNs of Secrets Manager secrets, SSM parameters or KMS keys, with commas between; entry ${index + 1} is not one`;
      addIssue({ message });
    }
  }),
);
