export class Fragments {}
