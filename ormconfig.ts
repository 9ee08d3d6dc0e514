import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/schema';

/**
 * For the TypeORM command line, which works on the compiled file:
 * `DATABASE_URL=postgres://… npx typeorm -d dist/ormconfig.js migration:show`
 */
const url = process.env['DATABASE_URL'];
if (!url) throw new Error('Set DATABASE_URL: the TypeORM command line works on the database that it names.');

export default new DataSource(dataSourceOptions(url));
