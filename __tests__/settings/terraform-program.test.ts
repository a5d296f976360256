import { terraformProgram } from "../../lib/settings/terraform-program";

test.each([
  ["terraform", undefined],
  ["terraform", ""],
  ["terraform", "$(TERRAFORM_BINARY_NAME)"],
  ["tofu", " tofu "],
])("%s is run as Terraform when TERRAFORM_BINARY_NAME is %j", (program, name) => {
  expect(terraformProgram({ TERRAFORM_BINARY_NAME: name })).toBe(program);
});
