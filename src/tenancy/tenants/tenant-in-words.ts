/** Such as `the organization Acme`; both names null for the installation. */
export function tenantInWords({
  orgName,
  projectName,
}: {
  orgName: string | null;
  projectName: string | null;
}): string {
  if (orgName === null) return 'this installation';
  return projectName === null ? `the organization ${orgName}` : `the project ${projectName} of ${orgName}`;
}
