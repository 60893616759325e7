#include <array>
#include <random>
#include <string_view>

#include "tracking/tracking_internal.h"

namespace headrace::tracking {

namespace {

constexpr std::array<std::string_view, 48> kAdjectives = {
    "agile",  "amber", "ample",  "bold",   "brisk",  "calm",   "clear",  "crisp", "deft",    "eager", "early", "even",
    "fair",   "fleet", "fond",   "frank",  "fresh",  "gentle", "glad",   "grand", "hardy",   "keen",  "kind",  "light",
    "lively", "lucid", "mellow", "merry",  "mild",   "neat",   "nimble", "noble", "patient", "plain", "proud", "quick",
    "quiet",  "rapid", "ready",  "silver", "smooth", "steady", "sunny",  "swift", "tidy",    "vivid", "warm",  "wise"};

constexpr std::array<std::string_view, 48> kNouns = {
    "alder", "badger", "beaver", "birch", "brook", "cedar",  "crane",  "creek",  "dale", "delta", "dipper", "egret",
    "elm",   "fern",   "finch",  "ford",  "glen",  "grebe",  "harbor", "heron",  "hill", "isle",  "jay",    "kestrel",
    "lark",  "marsh",  "meadow", "mink",  "moor",  "newt",   "oak",    "otter",  "pike", "pine",  "plover", "pond",
    "quail", "reed",   "ridge",  "river", "robin", "salmon", "shore",  "spring", "teal", "trout", "weir",   "willow"};

}  // namespace

std::string RandomName() {
  thread_local std::mt19937_64 generator(std::random_device{}());
  const uint64_t draw = generator();
  return std::string(kAdjectives[draw % kAdjectives.size()]) + "-" + std::string(kNouns[(draw >> 16) % kNouns.size()]) + "-" +
         std::to_string((draw >> 32) % 1000);
}

}  // namespace headrace::tracking
