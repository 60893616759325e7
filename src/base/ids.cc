#include "base/ids.h"

#include <openssl/rand.h>

#include "base/error.h"

namespace headrace {

std::string NewHexId() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) ThrowInternal("the system's random source failed");
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string NewUuid() {
  std::string id = NewHexId();
  id[12] = '4';
  id[16] = "89ab"[id[16] & 3];
  for (size_t at : {20, 16, 12, 8}) id.insert(at, 1, '-');
  return id;
}

}  // namespace headrace
