#include <fstream>
#include <iterator>
#include <random>

#include "crash/stage.hpp"
#include "support/read_file.hpp"

using tern::crash::Stage;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t file_bytes = 24 * 1024 * 1024;  // some four hundred chunks
constexpr int kills = 20;

}  // namespace

TEST_CASE("a file of 24 MiB arrives as it was, whichever processes are killed on its way") {
  Stage stage;
  std::string content;
  while (content.size() < file_bytes) content += std::to_string(content.size()) + " ";
  std::ofstream(stage.path("film"), std::ios::binary) << content;
  stage.give_parts({"put", stage.path("film")}, {"get", stage.path("film.copy")});
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  INFO("seed " << seed);
  int on_the_way = 0;
  for (int i = 0; i < kills; ++i) {
    // The moment of the kill is a number of steps of the file, not a time.
    auto& heard = random() % 2 ? stage.anna : stage.bo;
    for (auto steps = random() % 4; steps > 0 && !heard.done && heard.listen(300ms);) --steps;
    on_the_way += !stage.bo.done;
    stage.kill_and_restart(random());
  }
  wait_until_done(stage.anna);
  wait_until_done(stage.bo);
  CHECK(on_the_way >= 5);
  CHECK((tern::test::read_file(stage.path("film.copy")) == content));
}
