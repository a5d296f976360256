// Names and construct ids are a contract with the users: changing one replaces the resource.

export const STACK = "prisma-runtime-defense";
export const CLUSTER = "prisma-runtime-cluster";

/** The Terraform variable that hands the install bundle over: `TF_VAR_install_bundle`. */
export const INSTALL_BUNDLE_VARIABLE = "install_bundle";

export const BUNDLE_SECRET_PREFIX = "prisma-runtime-defense-install-bundle-";

export const ids = {
  provider: "aws",
  role: "execution-role",
  rolePolicyAttachment: "execution-role-policy",
  bundlePolicy: "execution-role-install-bundle",
  cluster: "cluster",
  secret: "install-bundle",
  secretVersion: "install-bundle-version",
  logGroup: (family: string) => `defender-logs-${family}`,
  taskDefinition: (family: string) => `task-definition-${family}`,
  clusterOutput: "cluster-arn",
  roleOutput: "execution-role-arn",
  taskDefinitionOutput: (family: string) => `arn-of-task-definition-${family}`,
};
