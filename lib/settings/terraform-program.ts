import { type Environment, isSet } from "./environment";

/** The program that is run as Terraform. The variable is CDKTF's own. */
export function terraformProgram({ TERRAFORM_BINARY_NAME: name }: Environment): string {
  return isSet(name) ? name.trim() : "terraform";
}
