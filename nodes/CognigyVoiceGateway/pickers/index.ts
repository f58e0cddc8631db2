import { searchApplications, searchApplicationsForCall } from './applications';
import { searchCalls } from './calls';
import { searchCarriers } from './carriers';
import { searchPhoneNumbers } from './phoneNumbers';

/** The lists to choose from, under the names by which the fields ask for them. */
export const listSearch = { searchApplications, searchApplicationsForCall, searchCalls, searchCarriers, searchPhoneNumbers };
