/** Requirements that solvers were seen to be slow or wrong on. */
export const HARD_SETS: Readonly<Record<string, readonly string[]>> = {
  boto: ["boto3>=1.26,<1.36", "botocore<1.34", "s3fs", "urllib3<2"],
  awscli: ["awscli<1.32", "boto3", "s3transfer<0.11"],
  airflow: ["apache-airflow==3.0.*", "flask<2.3", "sqlalchemy<2.1", "fastapi<0.118", "pendulum<4", "pydantic<2.12"],
  tensorflow: ["tensorflow"],
  torch: ["torch"],
  jupyter: ["jupyter"],
  sentry: ["sentry-sdk[celery,django]"],
  opentelemetry: [
    "opentelemetry-sdk<1.21",
    "opentelemetry-exporter-otlp-proto-grpc",
    "opentelemetry-instrumentation-requests",
    "opentelemetry-instrumentation-fastapi",
    "protobuf<5",
  ],
  google: ["google-cloud-storage<2.15", "google-cloud-bigquery", "google-api-core<2.17", "grpcio-status", "protobuf<5"],
  dask: ["dask[complete]"],
  ray: ["ray[default]"],
  langchain: ["langchain<0.3", "langchain-openai", "langchain-core", "pydantic<2.9"],
  fastapi: ["starlette<=0.36.0", "fastapi<=0.115.2"],
};
