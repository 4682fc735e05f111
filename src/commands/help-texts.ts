/** What the help of several commands says in the same words. */

/** Of the commands that read captures and logs. */
export const readingExitCodes = `
Exit codes:
  0  ran, whatever was found
  1  could not do the job
  2  bad usage or configuration
  3  a scan was reported (only with --fail-on-alert)
  130, 143  interrupted (Ctrl-C, SIGTERM); what was seen until then is reported
`;

/** Of those that ask for something or change it. */
export const askingExitCodes = `
Exit codes:
  0  done
  1  could not do the job
  2  bad usage or configuration
`;
