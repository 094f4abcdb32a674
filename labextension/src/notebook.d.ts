declare module '*.ipynb' {
  const json: string;
  export default json;
}
