// A batch's requests, one after the other: who asks, may they, which handler, what answer.
#pragma once

#include "relay/request_queue.hpp"
#include "relay/requests.hpp"

namespace tern::relay {

/// Everything that writes, in order of arrival. Errors: storage_*, internal.
Result<void> run_requests(Context& context, const std::vector<QueuedRequest>& requests);
/// Everything that only reads, when all is written: its answers hold the whole batch, so that no
/// push need be sorted in between.
Result<void> finish_requests(Context& context, const std::vector<QueuedRequest>& requests);

/// The answer to each request of a batch that failed.
wire::Answer refusal_for_all(const Error& error);

}  // namespace tern::relay
