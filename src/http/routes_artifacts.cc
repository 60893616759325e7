#include "http/routes_artifacts.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "http/api_params.h"
#include "http/routes_tracking.h"
#include "tracking/validation.h"

namespace headrace::http {

namespace {

using tracking::ArtifactStore;

constexpr char kRoot[] = "mlflow-artifacts:/";
constexpr uint64_t kMaxArtifactBytes = 1ull << 40;

// Sends the body to an upload; gives its size.
uint64_t Receive(Request& request, ArtifactStore::Upload& upload) {
  std::vector<char> buffer(1 << 20);
  uint64_t total = 0;
  while (const size_t size = request.body_reader->Read(buffer.data(), buffer.size())) {
    upload.Write(buffer.data(), size);
    total += size;
  }
  return total;
}

// The parts of multipart uploads are not artifacts.
void RequireVisible(const std::string& path) {
  if (tracking::NormalizePath(tracking::SafeArtifactPath(path)).starts_with(".multipart")) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Invalid path");
  }
}

Response Put(ArtifactStore& artifacts, Request& request) {
  const std::string& path = request.PathParameter("path");
  if (path.empty()) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Invalid path");
  RequireVisible(path);
  auto upload = artifacts.StartUpload(kRoot, path);
  Receive(request, *upload);
  upload->Commit();
  return Response::Empty();
}

// Multipart uploads keep their parts as files of a folder that no artifact URI reaches from outside.
std::string PartPath(const std::string& upload_id, int64_t part) { return fmt::format(".multipart/{}/{:05}", upload_id, part); }

void RequireUploadId(const std::string& upload_id) {
  const bool valid = upload_id.size() == 32 && upload_id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!valid) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Invalid upload id");
}

constexpr char kBegun[] = ".multipart/{}/begun";

// Who knows its id may write the parts of an upload: MLflow's clients send them to the addresses they were given, without a
// token.
void RequireBegun(ArtifactStore& artifacts, const std::string& upload_id) {
  RequireUploadId(upload_id);
  if (std::filesystem::exists(artifacts.LocalPath(kRoot, fmt::format(kBegun, upload_id)))) return;
  throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", "There is no upload " + upload_id);
}

Response CreateMultipart(ArtifactStore& artifacts, Request& request) {
  const ApiParams params(request);
  const int64_t parts = params.RequiredInt("num_parts");
  if (parts < 1 || parts > 10000)
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "num_parts must be between 1 and 10000");
  params.RequiredString("path");
  const std::string upload_id = NewHexId();
  artifacts.StartUpload(kRoot, fmt::format(kBegun, upload_id))->Commit();
  const std::string_view forwarded = request.Header("X-Forwarded-Proto");
  json::array credentials;
  for (int64_t part = 1; part <= parts; ++part) {
    credentials.push_back(json::object{{"url", fmt::format("{}://{}/api/2.0/mlflow-artifacts/mpu/part/{}/{}",
                                                           !forwarded.empty() ? forwarded
                                                           : request.tls      ? "https"
                                                                              : "http",
                                                           request.Header("Host"), upload_id, part)},
                                       {"part_number", part},
                                       {"headers", json::object()}});
  }
  return Response::Json(json::object{{"upload_id", upload_id}, {"credentials", std::move(credentials)}});
}

Response PutPart(ArtifactStore& artifacts, Request& request) {
  const std::string& upload_id = request.PathParameter("upload_id");
  RequireBegun(artifacts, upload_id);
  int64_t part = 0;
  try {
    part = std::stoll(request.PathParameter("part"));
  } catch (const std::logic_error&) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Invalid part number");
  }
  auto upload = artifacts.StartUpload(kRoot, PartPath(upload_id, part));
  const uint64_t size = Receive(request, *upload);
  upload->Commit();
  return Response::Empty().With("ETag", fmt::format("\"{}-{}-{}\"", upload_id.substr(0, 8), part, size));
}

Response CompleteMultipart(ArtifactStore& artifacts, Request& request) {
  const ApiParams params(request);
  const std::string upload_id = params.RequiredString("upload_id");
  RequireBegun(artifacts, upload_id);
  const std::string folder = request.PathParameter("path");
  // The route names the folder, "path" the file on the client's disk, which gives its name.
  const std::string local = params.RequiredString("path");
  const std::string name = local.substr(local.find_last_of("/\\") + 1);
  if (name.empty()) params.ThrowInvalid("path");
  const std::string target = folder.empty() ? name : folder + "/" + name;
  RequireVisible(target);
  auto upload = artifacts.StartUpload(kRoot, target);
  std::vector<char> buffer(1 << 20);
  for (const auto& part : params.Objects("parts")) {
    const auto source = FileSource(artifacts.LocalPath(kRoot, PartPath(upload_id, part.RequiredInt("part_number"))), nullptr);
    while (const size_t size = source->Read(buffer.data(), buffer.size())) upload->Write(buffer.data(), size);
  }
  upload->Commit();
  artifacts.Delete(kRoot, ".multipart/" + upload_id);
  return Response::Empty();
}

Response AbortMultipart(ArtifactStore& artifacts, Request& request) {
  const std::string upload_id = ApiParams(request).RequiredString("upload_id");
  RequireUploadId(upload_id);
  artifacts.Delete(kRoot, ".multipart/" + upload_id);
  return Response::Empty();
}

}  // namespace

json::object ArtifactsToJson(const std::vector<tracking::ArtifactInfo>& artifacts, const std::string& prefix) {
  json::array files;
  for (const auto& artifact : artifacts) {
    json::object file{{"path", prefix.empty() ? artifact.name : prefix + "/" + artifact.name}, {"is_dir", artifact.is_directory}};
    if (!artifact.is_directory) file["file_size"] = artifact.size;
    files.push_back(std::move(file));
  }
  json::object object;
  if (!files.empty()) object["files"] = std::move(files);
  return object;
}

Response ArtifactResponse(const ArtifactStore& artifacts, const std::string& uri, const std::string& relative) {
  const std::string path = artifacts.LocalPath(uri, relative);
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) {
    throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", fmt::format("No such artifact: '{}'", relative));
  }
  Response response;
  uint64_t size = 0;
  response.source = FileSource(path, &size);
  response.source_size = size;
  response.content_type = ContentTypeOf(path);
  std::string name;
  for (const char c : path.substr(path.rfind('/') + 1)) {
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) name.push_back(c);
  }
  // A page among the artifacts must not run with the server's origin.
  response.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return response;
}

void RegisterArtifactRoutes(Router& router, std::shared_ptr<ArtifactStore> artifacts) {
  const std::string path = "2.0/mlflow-artifacts/artifacts/{path...}";
  AddTwins(router, Method::kPut, path, [artifacts](Request& request) { return Put(*artifacts, request); },
           {.stream_body = true, .max_body_bytes = kMaxArtifactBytes});
  AddTwins(router, Method::kGet, path, [artifacts](Request& request) {
    const std::string& file = request.PathParameter("path");
    if (!file.empty()) {
      RequireVisible(file);
      return ArtifactResponse(*artifacts, kRoot, file);
    }
    const std::string folder = request.query.Get("path");
    RequireVisible(folder);
    auto entries = artifacts->List(kRoot, folder);
    std::erase_if(entries, [](const auto& entry) { return entry.name == ".multipart"; });
    return Response::Json(ArtifactsToJson(entries, ""));
  });
  AddTwins(router, Method::kDelete, path, [artifacts](Request& request) {
    const std::string& file = request.PathParameter("path");
    RequireVisible(file);
    artifacts->Delete(kRoot, file);
    return Response::Empty();
  });
  const std::string multipart = "2.0/mlflow-artifacts/mpu/";
  AddTwins(router, Method::kPost, multipart + "create/{path...}",
           [artifacts](Request& request) { return CreateMultipart(*artifacts, request); });
  AddTwins(router, Method::kPut, multipart + "part/{upload_id}/{part}",
           [artifacts](Request& request) { return PutPart(*artifacts, request); },
           {.stream_body = true, .anonymous = true, .max_body_bytes = kMaxArtifactBytes});
  AddTwins(router, Method::kPost, multipart + "complete/{path...}",
           [artifacts](Request& request) { return CompleteMultipart(*artifacts, request); });
  AddTwins(router, Method::kPost, multipart + "abort/{path...}",
           [artifacts](Request& request) { return AbortMultipart(*artifacts, request); });
}

}  // namespace headrace::http
