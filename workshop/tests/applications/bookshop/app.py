"""The FastAPI application of the bookshop."""

from fastapi import Depends, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from lambda_app.rest import health
from lambda_app.rest.application import Application
from workshop.tests.applications.bookshop import books
from workshop.tests.applications.bookshop.dependencies import require_key
from workshop.tests.applications.bookshop.endpoints import ENDPOINTS, resources
from workshop.tests.applications.bookshop.process import OutOfStock, Shelf

app = Application(ENDPOINTS, resources, title="Bookshop", version="1.0.0", dependencies=[Depends(require_key)])
app.state.shelf = Shelf()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_methods=["*"],
    allow_headers=["*"],
    expose_headers=["X-Request-ID"],
)
app.include_router(health.router)
app.include_router(books.router)
app.include_router(books.staff)

reports = FastAPI(title="Reports")
app.mount("/reports", reports)


@app.exception_handler(OutOfStock)
async def out_of_stock(_: Request, error: OutOfStock) -> JSONResponse:
    """Say which book is sold out, in the words of the shop."""
    return JSONResponse({"sold_out": str(error)}, status_code=409)


@reports.get("/sales")
async def sales(request: Request) -> dict[str, str]:
    """Report, and tell below which path."""
    return {"path": request.scope["root_path"]}
