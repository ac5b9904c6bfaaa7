import { build, type Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * Private names become ordinary ones (`#name` → `$name`). The engine looks a private name up, and checks a private method's
 * brand, at every use, which is a good part of what a small request costs; the compiler has checked the privacy already.
 */
function withoutPrivateNames(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const visit = (node: ts.Node): ts.Node =>
    ts.isPrivateIdentifier(node)
      ? context.factory.createIdentifier(`$${node.text.slice(1)}`)
      : ts.visitEachChild(node, visit, context);
  return (source) => ts.visitEachChild(source, visit, context);
}

const plainNames: Plugin = {
  name: 'plain-names',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023);
      const { transformed } = ts.transform(source, [withoutPrivateNames]);
      const [result = source] = transformed;
      return { contents: ts.createPrinter().printFile(result), loader: 'js' };
    });
  },
};

/** Makes one script of a program's modules. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'neutral',
    target: 'es2023',
    format: 'iife',
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [plainNames],
    outfile,
  });
}
