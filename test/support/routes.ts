import type { Gateway } from './gateway';

/** As Express keeps it. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** All that a gateway answers, as `GET /spg/gaps`, whether or not a document of it says so. */
export function routesOf({ app }: Pick<Gateway, 'app'>): string[] {
  const { router } = app.getHttpAdapter().getInstance() as object as {
    readonly router: { readonly stack: readonly Layer[] };
  };
  return router.stack.flatMap(({ route }) =>
    Object.keys(route?.methods ?? {}).map(
      (method) => `${method.toUpperCase()} ${route?.path.replaceAll(/:(\w+)/g, '{$1}')}`,
    ),
  );
}
