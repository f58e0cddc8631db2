import { searchApplications, searchApplicationsForCall } from './applications';
import { searchCalls } from './calls';
import { searchCarrierIds, searchCarriers } from './carriers';
import { searchPhoneNumberIds, searchPhoneNumbers } from './phoneNumbers';
import { searchRecentCalls } from './recentCalls';

/** The lists to choose from, under the names by which the fields ask for them. */
export const listSearch = {
	searchApplications,
	searchApplicationsForCall,
	searchCalls,
	searchCarrierIds,
	searchCarriers,
	searchPhoneNumberIds,
	searchPhoneNumbers,
	searchRecentCalls,
};
