import { Flag } from '../../fields/flag';
import { ListOf } from '../../fields/nested';
import { DateOrBlank } from './date-or-blank';
import { FlexView } from './flex-view';
import { FreeText, FreeTexts } from './free-text';

/** A piece of equipment at the location (Asset object). */
export class Asset {
  @FreeText({ max: 100, description: 'Its number', example: 'ONT-000117' })
  AssetNum?: string;

  @FreeText({ max: 2000, description: 'What it is', example: 'Optical network terminal' })
  Desc?: string;

  @FreeTexts({ description: 'Ids of its forms' })
  FlexForms?: string[];

  @ListOf(() => FlexView, { optional: true, max: 100, description: 'Values to show' })
  FlexView?: FlexView[];

  @DateOrBlank({ description: 'In service since' })
  InServiceDate?: string;

  @Flag({ optional: true, description: 'It is a part of another asset', example: false })
  IsComponent?: boolean;

  @DateOrBlank({ description: 'Last serviced' })
  LastServiceDate?: string;

  @FreeText({ max: 500, description: 'Where it is at the location', example: 'Hallway cupboard' })
  Location?: string;

  @FreeText({ description: 'Manufacturer' })
  Mfg?: string;

  @FreeText({ description: 'Model' })
  Model?: string;

  @FreeText({ max: 100, description: 'Product number' })
  ProdNum?: string;

  @FreeText({ max: 100, description: 'Serial number', example: 'ALCLB1234567' })
  SerialNum?: string;

  @FreeTexts({ description: 'Service codes, the broadest first' })
  ServiceCodes?: string[];

  @FreeTexts({ max: 500, description: 'What the service codes mean' })
  ServiceCodesDesc?: string[];

  @FreeText({ max: 50, description: 'System category of its status' })
  Status?: string;

  @FreeText({ max: 50, description: 'System category of its type' })
  Type?: string;

  @Flag({ optional: true, description: 'To be removed', example: false })
  Delete?: boolean;
}
