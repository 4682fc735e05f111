/** Names of SASL mechanisms (IANA registry, and what Exchange adds), for regular expressions: AUTH is a word of Redis too. */

export const MECHANISM =
  'PLAIN|LOGIN|NTLM|GSSAPI|GSS-SPNEGO|CRAM-MD5|DIGEST-MD5|SCRAM-SHA-[0-9A-Z-]{1,16}|XOAUTH2?|OAUTHBEARER|EXTERNAL|ANONYMOUS|KERBEROS_V4|OTP|SKEY|X-EXPS|EXPS';
