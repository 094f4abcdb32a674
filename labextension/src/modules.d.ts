/** What esbuild takes in as text. */

declare module '*.css' {
  const text: string;
  export default text;
}

declare module '*.ipynb' {
  const json: string;
  export default json;
}
