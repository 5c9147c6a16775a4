// Random worlds with ideal keys that once went wrong: a program of its own, for such keys are all
// that a process has.
#include <catch2/catch.hpp>

#include "sim/keys.hpp"
#include "sim/worlds/random_world.hpp"

using namespace tern;
using namespace tern::sim;

TEST_CASE("random worlds with ideal keys that were found wrong are right") {
  use_ideal_keys();
  // Own words of a life of the relay's that was lost; who had left and whose invitation the relay
  // has lost, or an old copy of its own; what is withheld for somebody who came in again; a gap
  // that was none; a request that was not read; leaves from far ahead of the clock; answers without
  // end by one who is not believed; leaving twice; an author gone before it says its part again; a
  // chat of two that neither remembers; a log made again by others, of which nobody was told;
  // mended once too often; a recording that was lost alone; an answer for another place in the
  // log; answers that leave the asker without the log's place; who asks from a history that is
  // lost; who has left, and is in again by what the relay has lost; a log of which a link has never
  // told where it stands; a frame of a life of the relay's before, shown in the next; a first
  // stay that the relay has lost with its invitation;
  // what has failed when its author was taken out, which the relay has lost; a request of its own
  // that a device reads as somebody's; taken back by who did not know that it was said; two who
  // come back by one commit; who begins anew what it has followed another history of; who came in
  // before in what is lost; a chat of two of which one has lost since when both are in; a commit
  // of which nobody was shown more than the Welcome; a chat that the relay has lost, and that
  // nobody can follow; who was added to a chat that went on by another history; who was taken out
  // before anybody could say that it was shown another, and added again.
  for (const std::uint64_t seed :
       {100001304, 100013647, 100033518, 100027309, 100039134, 100062875, 100070117, 100074795,
        100120189, 100114304, 100023386, 100080765, 200004257, 100043263, 201004506, 100042619,
        201006189, 201010059, 200018464, 201024155, 200032908, 200039854, 201072369, 200053707,
        201077273, 211019310, 200038926, 300003450, 300009003, 300027820, 400039146, 300030180,
        800023671, 720022161, 730003596, 830018550, 730015130, 740003226, 840017685, 840028954,
        840035883, 850043601, 760046780, 880010407, 980006410}) {
    INFO("./dev sim --from " << seed << " --seeds 1 --ideal --trace");
    CHECK(run_seed(seed).wrong == "");
  }
}
