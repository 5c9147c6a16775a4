// oprf_evaluate: charged first, then computed off the strand.
#pragma once

#include "relay/requests.hpp"

namespace tern::relay {

/// nullopt: charged; the answer comes when it has been computed.
Result<std::optional<wire::Answer>> oprf_evaluate(Context& context, const Caller& caller,
                                                  const wire::OprfEvaluate& request);

}  // namespace tern::relay
