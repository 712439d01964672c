// Addresses of scripts: only those of the build, by the one policy of Trusted
// Types that the content security policy allows.
interface Rules { createScriptURL(address: string): string }
interface Factory { createPolicy(name: string, rules: Rules): Rules }

const own = /^\/(a\/[a-z.]+-[A-Z0-9]{8}\.js|sw\.js)$/;

function check(address: string): string {
  if (!own.test(address)) throw new TypeError("not a script of this page");
  return address;
}

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy: Rules = factory ? factory.createPolicy("pratique", { createScriptURL: check }) : { createScriptURL: check };

/** scriptURL lets an address through if it is one of the build. */
export const scriptURL = (address: string): string => policy.createScriptURL(address);
