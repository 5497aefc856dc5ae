// Package crash proves offline that nothing is lost when many apply, others
// write, and faults happen, all at once: it records what everyone did and every
// event of the store, and checks afterwards.
//
//	appliers, other writers, faults ──> operations ──> the head is linearizable (porcupine)
//	            watch of the store ──> events ──────> no write of others is lost, none is done twice,
//	                                                  what was not applied left nothing
//
// It refuses to check while it goes: what is checked is what happened.
package crash
