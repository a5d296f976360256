/**
 * The Terraform that the stack needs: ephemeral variables and write-only arguments came with 1.11. In a file of its own,
 * since Checkov skips a whole JSON file that holds `terraform.required_version`.
 */
export const TERRAFORM_VERSION = `terraform {
  required_version = ">= 1.11.0"
}
`;
