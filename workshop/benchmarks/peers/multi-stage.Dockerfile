# Two stages, as AWS's "Deploy Python Lambda functions with container images" writes it for a base that is not AWS's.
# The packages bring the bytecode that pip makes; the standard library of the official image has none.
ARG BASE
FROM $BASE AS build
ARG PIP_INDEX_URL
WORKDIR /function
COPY . .
RUN pip install --no-cache-dir --target /function -r requirements.txt

FROM $BASE
WORKDIR /function
COPY --from=build /function /function
CMD ["python", "-m", "awslambdaric", "app.handler"]
