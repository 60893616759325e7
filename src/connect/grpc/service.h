#pragma once

#include <grpcpp/grpcpp.h>
#include <spark/connect/base.grpc.pb.h>

#include <memory>
#include <string>

#include "connect/driver_pool.h"
#include "connect/handlers.h"
#include "connect/server.h"
#include "connect/session_registry.h"

namespace headrace::connect {

/// The RPCs over gRPC's callback API. Plans come as raw bytes, because gRPC's own parser stops at 100 nested messages,
/// and are parsed on a driver's thread; responses are sent as the bytes the operation keeps.
using ServiceBase = spark::connect::SparkConnectService::WithRawCallbackMethod_ExecutePlan<
    spark::connect::SparkConnectService::WithRawCallbackMethod_ReattachExecute<
        spark::connect::SparkConnectService::WithRawCallbackMethod_AnalyzePlan<
            spark::connect::SparkConnectService::WithCallbackMethod_Config<
                spark::connect::SparkConnectService::WithCallbackMethod_AddArtifacts<
                    spark::connect::SparkConnectService::WithCallbackMethod_ArtifactStatus<
                        spark::connect::SparkConnectService::WithCallbackMethod_Interrupt<
                            spark::connect::SparkConnectService::WithCallbackMethod_ReleaseExecute<
                                spark::connect::SparkConnectService::WithCallbackMethod_ReleaseSession<
                                    spark::connect::SparkConnectService::WithCallbackMethod_FetchErrorDetails<
                                        spark::connect::SparkConnectService::WithCallbackMethod_CloneSession<
                                            spark::connect::SparkConnectService::WithCallbackMethod_GetStatus<
                                                spark::connect::SparkConnectService::Service>>>>>>>>>>>>;

class ConnectService final : public ServiceBase {
 public:
  ConnectService(const ConnectOptions& options, std::shared_ptr<engine::QueryService> queries);

  SessionRegistry& sessions() { return sessions_; }
  engine::QueryService& queries() { return *queries_; }
  /// Drops what clients have left behind: operations without a connection, idle sessions.
  void Sweep(const ConnectOptions& options);
  void CloseSession(const std::shared_ptr<ClientSession>& session);

  grpc::ServerWriteReactor<grpc::ByteBuffer>* ExecutePlan(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReattachExecute(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* AnalyzePlan(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Config(grpc::CallbackServerContext* context, const spark::connect::ConfigRequest* request,
                                   spark::connect::ConfigResponse* response) override;
  grpc::ServerReadReactor<spark::connect::AddArtifactsRequest>* AddArtifacts(
      grpc::CallbackServerContext* context, spark::connect::AddArtifactsResponse* response) override;
  grpc::ServerUnaryReactor* ArtifactStatus(grpc::CallbackServerContext* context,
                                           const spark::connect::ArtifactStatusesRequest* request,
                                           spark::connect::ArtifactStatusesResponse* response) override;
  grpc::ServerUnaryReactor* Interrupt(grpc::CallbackServerContext* context, const spark::connect::InterruptRequest* request,
                                      spark::connect::InterruptResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseExecute(grpc::CallbackServerContext* context,
                                           const spark::connect::ReleaseExecuteRequest* request,
                                           spark::connect::ReleaseExecuteResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseSession(grpc::CallbackServerContext* context,
                                           const spark::connect::ReleaseSessionRequest* request,
                                           spark::connect::ReleaseSessionResponse* response) override;
  grpc::ServerUnaryReactor* FetchErrorDetails(grpc::CallbackServerContext* context,
                                              const spark::connect::FetchErrorDetailsRequest* request,
                                              spark::connect::FetchErrorDetailsResponse* response) override;
  grpc::ServerUnaryReactor* CloneSession(grpc::CallbackServerContext* context, const spark::connect::CloneSessionRequest* request,
                                         spark::connect::CloneSessionResponse* response) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context, const spark::connect::GetStatusRequest* request,
                                      spark::connect::GetStatusResponse* response) override;

 private:
  friend class ExecuteStream;
  friend class ArtifactReader;

  /// The user a call acts for; throws Error(kUnauthenticated).
  std::string UserOf(const std::string& token, const spark::connect::UserContext& claimed) const;
  template <typename Request>
  std::shared_ptr<ClientSession> SessionOf(const std::string& token, const Request& request, bool create = true);
  /// Runs a short handler on the network thread and finishes the call.
  template <typename Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, Handler handler);

  void StartExecute(const std::shared_ptr<class StreamSink>& sink, const std::string& token, grpc::ByteBuffer bytes);
  void StartReattach(const std::shared_ptr<class StreamSink>& sink, const std::string& token, grpc::ByteBuffer bytes);

  const std::function<std::optional<std::string>(const std::string&)> authenticate_;
  const std::shared_ptr<engine::QueryService> queries_;
  SessionRegistry sessions_;
  ErrorLog errors_;  // Of calls that have no session.
  DriverPool pool_;  // Last: its destructor waits for the work that uses the rest.
};

template <typename Request>
std::shared_ptr<ClientSession> ConnectService::SessionOf(const std::string& token, const Request& request, bool create) {
  std::string user = UserOf(token, request.user_context());
  std::string observed;
  if constexpr (requires { request.client_observed_server_side_session_id(); }) {
    observed = request.client_observed_server_side_session_id();
  }
  return create ? sessions_.GetOrCreate(user, request.session_id(), observed)
                : sessions_.Get(user, request.session_id(), observed);
}

/// The bearer token of a call, "" when it has none.
std::string TokenOf(const grpc::CallbackServerContext& context);

/// `status` with its details in the trailer.
grpc::Status ToGrpc(const RpcStatus& status);

}  // namespace headrace::connect
