import { FreeText } from './free-text';

/** Whose place it is: the number alone means a managed account, more an ad hoc one (Account object). */
export class Account {
  @FreeText({ max: 100, description: 'Number of a managed account', example: 'ACC-20417' })
  AccountNum?: string;

  @FreeText({ max: 50, description: 'System category of the account', example: '1001' })
  AccountType?: string;

  @FreeText({ description: 'Who it is', example: 'Aroha Ngata' })
  Name?: string;

  @FreeText({ max: 5000, description: 'Whatever is to be known' })
  Notes?: string;

  @FreeText({ max: 2000, description: 'Web site' })
  Website?: string;
}
