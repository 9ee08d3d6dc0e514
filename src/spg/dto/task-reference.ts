import { Identifier } from '../../fields/identifier';

/** What every notification about a task says of it. */
export class TaskReference {
  @Identifier({ max: 50, description: 'Id of the task in its work order', example: '20' })
  taskid: string;
}
