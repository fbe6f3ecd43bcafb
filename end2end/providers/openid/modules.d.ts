// Their types would be 19 packages more.
declare module "oidc-provider";
declare module "oidc-provider/lib/adapters/memory_adapter.js";
