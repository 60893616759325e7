#include <spark/connect/base.pb.h>
#include <zlib.h>

#include <filesystem>

#include "base/error.h"
#include "connect/decode.h"
#include "connect/handlers.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

namespace {

bool Intact(const sc::AddArtifactsRequest_ArtifactChunk& chunk) {
  uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(chunk.data().data()), chunk.data().size());
  return static_cast<int64_t>(crc) == chunk.crc();
}

void CheckPath(const std::string& name) {
  std::filesystem::path path(name);
  bool inside = !name.empty() && path.is_relative() && name.find('\0') == std::string::npos;
  for (const auto& part : path) inside = inside && part != "..";
  if (inside) return;
  throw Error(ErrorKind::kIllegalArgument, "INVALID_ARTIFACT_PATH",
              "Artifact with name " + name +
                  " is invalid. The name must be a relative path and cannot reference parent/sibling/nephew directories.",
              {{"name", name}})
      .WithSqlState("22023");
}

}  // namespace

void ArtifactReceiver::Store(const std::string& name, std::string content, bool intact) {
  stored_.emplace_back(name, intact);
  if (!intact) return;
  auto& artifacts = session_->artifacts();
  if (name.rfind("cache/", 0) != 0) {
    if (auto old = artifacts.Find(name); old && *old != content) {
      throw Error(ErrorKind::kAnalysis, "ARTIFACT_ALREADY_EXISTS",
                  "The artifact " + name +
                      " already exists. Please choose a different name for the new artifact because it cannot be "
                      "overwritten.",
                  {{"normalizedRemoteRelativePath", name}})
          .WithSqlState("42713");
    }
  }
  artifacts.Put(name, std::make_shared<const std::string>(std::move(content)));
}

void ArtifactReceiver::Add(sc::AddArtifactsRequest& request) {
  switch (request.payload_case()) {
    case sc::AddArtifactsRequest::kBatch:
      if (chunks_left_ > 0) ThrowInvalidPlan("ARTIFACTS", "An artifact's chunks are interrupted by a batch.");
      for (auto& artifact : *request.mutable_batch()->mutable_artifacts()) {
        CheckPath(artifact.name());
        bool intact = Intact(artifact.data());
        Store(artifact.name(), std::move(*artifact.mutable_data()->mutable_data()), intact);
      }
      return;
    case sc::AddArtifactsRequest::kBeginChunk: {
      const auto& begin = request.begin_chunk();
      if (chunks_left_ > 0) ThrowInvalidPlan("ARTIFACTS", "An artifact begins before the last one ended.");
      CheckPath(begin.name());
      if (begin.num_chunks() <= 0 || begin.total_bytes() < 0) {
        ThrowInvalidPlan("ARTIFACTS", "A chunked artifact has at least one chunk.");
      }
      chunked_name_ = begin.name();
      chunked_total_ = begin.total_bytes();
      chunked_intact_ = Intact(begin.initial_chunk());
      chunked_ = begin.initial_chunk().data();
      chunks_left_ = begin.num_chunks() - 1;
      break;
    }
    case sc::AddArtifactsRequest::kChunk:
      if (chunks_left_ <= 0) ThrowInvalidPlan("ARTIFACTS", "A chunk belongs to no artifact.");
      chunked_intact_ = chunked_intact_ && Intact(request.chunk());
      chunked_ += request.chunk().data();
      --chunks_left_;
      break;
    default:
      ThrowInvalidPlan("ARTIFACTS", "A message of AddArtifacts carries nothing.");
  }
  if (static_cast<int64_t>(chunked_.size()) > chunked_total_) {
    ThrowInvalidPlan("ARTIFACTS", "An artifact is larger than it said.");
  }
  if (chunks_left_ == 0) {
    if (static_cast<int64_t>(chunked_.size()) != chunked_total_) {
      ThrowInvalidPlan("ARTIFACTS", "An artifact is smaller than it said.");
    }
    Store(chunked_name_, std::move(chunked_), chunked_intact_);
    chunked_.clear();
  }
}

void ArtifactReceiver::Finish(sc::AddArtifactsResponse& response) {
  if (chunks_left_ > 0) ThrowInvalidPlan("ARTIFACTS", "An artifact ends before its last chunk.");
  for (const auto& [name, intact] : stored_) {
    auto* summary = response.add_artifacts();
    summary->set_name(name);
    summary->set_is_crc_successful(intact);
  }
}

}  // namespace headrace::connect
