#include "http/message.h"

#include <cstdio>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace headrace::http {

namespace {

class FileBodySource : public BodySource {
 public:
  explicit FileBodySource(FILE* file) : file_(file) {}
  ~FileBodySource() override { std::fclose(file_); }
  size_t Read(char* buffer, size_t size) override {
    const size_t got = std::fread(buffer, 1, size, file_);
    if (got == 0 && std::ferror(file_)) throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", "Reading a file failed");
    return got;
  }

 private:
  FILE* file_;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::pair<std::string_view, std::string_view> kContentTypes[] = {
    {"html", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"json", "application/json"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"ico", "image/x-icon"},
    {"txt", "text/plain; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"yaml", "text/plain; charset=utf-8"},
    {"yml", "text/plain; charset=utf-8"},
    {"md", "text/plain; charset=utf-8"},
    {"py", "text/plain; charset=utf-8"},
    {"log", "text/plain; charset=utf-8"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"map", "application/json"},
    {"wasm", "application/wasm"},
    {"pdf", "application/pdf"},
    {"webp", "image/webp"},
};

}  // namespace

std::string_view MethodName(Method method) {
  constexpr std::string_view kNames[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "?"};
  return kNames[static_cast<int>(method)];
}

std::unique_ptr<BodySource> FileSource(const std::string& path, uint64_t* size) {
  FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", "No such file: " + path.substr(path.rfind('/') + 1));
  auto source = std::make_unique<FileBodySource>(file);
  if (size) {
    if (fseeko(file, 0, SEEK_END) != 0) throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", "Cannot size a file");
    *size = static_cast<uint64_t>(ftello(file));
    fseeko(file, 0, SEEK_SET);
  }
  return source;
}

const std::string* Parameters::Find(std::string_view name) const {
  for (const auto& [key, value] : entries_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Parameters::Get(std::string_view name) const {
  const std::string* value = Find(name);
  return value ? *value : std::string();
}

std::vector<std::string> Parameters::All(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : entries_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

const std::string& Request::PathParameter(std::string_view name) const {
  const std::string* value = path_parameters.Find(name);
  if (!value) ThrowInternal("the route has no path parameter " + std::string(name));
  return *value;
}

json::value Request::Json() const { return ParseJson(body); }

json::object Request::JsonObject() const {
  if (body.empty()) return {};
  json::value value = ParseJson(body);
  if (!value.is_object()) throw Error(ErrorKind::kInvalidParameter, "MALFORMED_REQUEST", "The body must be a JSON object");
  return std::move(value.as_object());
}

Response Response::Json(const json::value& value, int status) {
  Response response;
  response.status = status;
  response.body = json::serialize(value);
  return response;
}

Response Response::Text(std::string text, std::string content_type, int status) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(text);
  return response;
}

Response Response::Empty(int status) { return Text("{}", "application/json", status); }

Response Response::Redirect(std::string location, int status) {
  Response response = Text("", "text/plain", status);
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

std::string DecodePercent(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0) {
      decoded.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else if (text[i] == '+' && plus_is_space) {
      decoded.push_back(' ');
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

Parameters ParseQuery(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    if (!pair.empty()) {
      const size_t equals = pair.find('=');
      parameters.Add(DecodePercent(pair.substr(0, equals), true),
                     equals == std::string_view::npos ? "" : DecodePercent(pair.substr(equals + 1), true));
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return parameters;
}

std::string_view ContentTypeOf(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    for (const auto& [extension, type] : kContentTypes) {
      if (file_name.substr(dot + 1) == extension) return type;
    }
  }
  return "application/octet-stream";
}

}  // namespace headrace::http
