import { Text } from '../../fields/text';

/** Authentication object. */
export class LoginRequest {
  @Text({ max: 200, description: 'User name. In development: `technician`', example: 'technician' })
  username: string;

  @Text({ max: 1000, description: 'Password. In development: `karere`', example: 'karere' })
  password: string;
}
