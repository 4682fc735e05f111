/**
 * What a store is called in messages: `postgres://user@host/database`, without the password that may stand in it or behind
 * it (`?password=`). A password may hold an @ itself: the last one counts.
 */
export function locationName(location: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(location)) return location;
  return location.replace(/^([a-z]+:\/\/[^:@/]*):.*@/, '$1@').replace(/\?.*$/, '');
}
