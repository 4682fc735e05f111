/** Headers of every answer: what a browser may do with it. */

/**
 * Nothing but our own files: no inline script or style, no other host, no frame around us. Trusted Types make the browser
 * refuse every assignment of text as markup, so that not even a mistake of ours could turn a scanner's bytes into a script.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export const securityHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
});

/** Only over TLS: a year, as hstspreload.org asks for at least; a browser ignores it for addresses. */
export const transportSecurity = 'max-age=31536000';
