# One stage, as most tutorials write it.
ARG BASE
FROM $BASE
ARG PIP_INDEX_URL
WORKDIR /function
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["python", "-m", "awslambdaric", "app.handler"]
