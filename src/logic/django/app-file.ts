/** A file of the application, its path below the application's folder. */
export interface AppFile {
  readonly path: string;
  readonly text: string;
}
