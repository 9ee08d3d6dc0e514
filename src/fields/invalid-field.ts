/** One member that breaks a rule. It never shows the value: that may be personal. */
export interface InvalidField {
  /** RFC 6901 JSON pointer: `/payload/workorder/tasks/0/taskid`. */
  readonly pointer: string;
  /** What the member must be, without its name. */
  readonly detail: string;
  /** Name of the rule. */
  readonly keyword: string;
}
