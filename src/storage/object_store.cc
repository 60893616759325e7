#include "storage/object_store.h"

#include <filesystem>

#include "base/error.h"
#include "storage/local_store.h"

namespace headrace::storage {

namespace {

bool IsScheme(std::string_view text) {
  if (text.empty() || !isalpha(static_cast<unsigned char>(text[0]))) return false;
  for (char c : text) {
    if (!isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string joined(directory);
  if (joined.empty() || joined.back() != '/') joined += '/';
  while (!name.empty() && name.front() == '/') name.remove_prefix(1);
  return joined.append(name);
}

std::string EncodePath(std::string_view path) {
  static constexpr std::string_view kLegal = "/-_.!~*'()@:&=+$,;";
  static const char kDigits[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(path.size());
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    if (isalnum(byte) || byte >= 0x80 || kLegal.find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += '%';
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

std::string DecodePath(std::string_view path) {
  std::string text;
  text.reserve(path.size());
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size() && HexDigit(path[i + 1]) >= 0 && HexDigit(path[i + 2]) >= 0) {
      text += static_cast<char>(HexDigit(path[i + 1]) * 16 + HexDigit(path[i + 2]));
      i += 2;
    } else {
      text += path[i];
    }
  }
  return text;
}

Location Resolve(std::string_view uri) {
  static const auto local = std::make_shared<LocalStore>();
  std::string path(uri);
  size_t colon = uri.find(':');
  if (colon != std::string_view::npos && IsScheme(uri.substr(0, colon))) {
    std::string_view scheme = uri.substr(0, colon);
    if (scheme != "file") {
      ThrowUnsupported("storage scheme '" + std::string(scheme) + "://' (" + std::string(uri) + ")");
    }
    std::string_view rest = uri.substr(colon + 1);
    if (rest.substr(0, 2) == "//") {
      rest.remove_prefix(2);
      size_t slash = rest.find('/');
      std::string_view host = rest.substr(0, slash);
      if (!host.empty() && host != "localhost") {
        throw Error(ErrorKind::kIllegalArgument, "ILLEGAL_FILE_URI",
                    "A file URI with a host is not a local file: " + std::string(uri) + ".", {{"uri", std::string(uri)}});
      }
      rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    }
    path = DecodePath(rest);
  }
  if (path.empty()) {
    throw Error(ErrorKind::kIllegalArgument, "EMPTY_PATH", "The path is empty.", {});
  }
  path = std::filesystem::absolute(path).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return {local, std::move(path)};
}

}  // namespace headrace::storage
